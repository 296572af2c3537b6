variable "a" {
  type = string
  default = "x"
}
resource "terraform_data" "r" {
  input = 1
  triggers_replace = 5
  lifecycle { create_before_destroy = true }
}
locals {
  l = 1
  m = 2
}
output "o" { value = [local.l, local.m, var.a, terraform_data.r.input] }
