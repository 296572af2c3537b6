variable "v" {}
output "v" {
  value = var.v
  precondition {
    condition     = var.v == "z"
    error_message = "Must be z, not ${var.v}."
  }
}
