variable "a" {}
variable "b" { type = map(list(number)) }
variable "c" { default = "x" }
variable "d" { type = any }
output "all" { value = [var.a, var.b, var.c, var.d] }
