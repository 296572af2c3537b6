variable "x" { default = null }
output "a" { value = var.x == null ? "none" : var.x }
output "b" { value = var.x != null ? { a = var.x } : {} }
output "c" { value = true ? [] : ["a"] }
output "d" { value = false ? [] : ["a", 1] }
output "e" { value = true ? { a = 1 } : { b = 2 } }
output "f" { value = true ? null : { b = 2 } }
output "g" { value = [for i in [1, 2] : i > 1 ? "x" : null] }
output "h" { value = true ? toset(["a"]) : [] }
output "i" { value = true ? tomap({}) : { a = 1 } }
