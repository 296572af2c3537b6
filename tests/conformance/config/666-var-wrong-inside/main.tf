variable "a" {
  type = list(object({ x = number, y = map(bool) }))
}
output "o" { value = var.a }
