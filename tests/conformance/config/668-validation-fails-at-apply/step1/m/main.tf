variable "v" {
  validation {
    condition     = var.v == "z"
    error_message = "Must be z, not ${var.v}."
  }
}
output "v" { value = var.v }
