variable "s" {
  sensitive = true
  default = "sec"
}
resource "terraform_data" "a" {
  input = { x = var.s, y = [var.s, "p"] }
  triggers_replace = var.s
}
resource "terraform_data" "b" { input = terraform_data.a.output }
resource "terraform_data" "c" { input = terraform_data.a.input.x }
resource "terraform_data" "d" { input = { (var.s) = 1 } }
resource "terraform_data" "e" { input = [for k in ["a"] : k if var.s == "sec"] }
output "x" {
  value = terraform_data.c.input
  sensitive = true
}
output "y" { value = terraform_data.b.output.y[1] }
