variable "s" {
  default = "a"
  sensitive = true
}
resource "terraform_data" "x" {
  input = var.s
}
resource "terraform_data" "y" {
  input = "q"
}
resource "terraform_data" "z" {
  input = { a = sensitive("q"), b = 1 }
}
