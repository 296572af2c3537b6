variable "v" {
  validation {
    condition     = var.v == "z"
    error_message = "Must be z, not ${var.v}."
  }
}
output "v" { value = var.v }
resource "terraform_data" "i" { input = var.v }
resource "terraform_data" "j" { input = var.v }
