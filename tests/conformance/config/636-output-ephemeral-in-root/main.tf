variable "e" {
  ephemeral = true
  default = "x"
}
output "b" {
  value = var.e
  ephemeral = true
}
output "c" {
  value = var.e
}
