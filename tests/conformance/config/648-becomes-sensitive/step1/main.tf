variable "s" {
  default = "a"
}
resource "terraform_data" "x" {
  input = var.s
}
resource "terraform_data" "y" {
  input = sensitive("q")
}
resource "terraform_data" "z" {
  input = { a = "q", b = sensitive(1) }
}
