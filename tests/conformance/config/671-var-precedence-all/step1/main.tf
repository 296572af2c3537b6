variable "a" {}
variable "b" {}
variable "c" {}
variable "d" {}
output "o" { value = [var.a, var.b, var.c, var.d] }
