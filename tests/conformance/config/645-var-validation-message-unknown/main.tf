variable "a" {
  type = string
  default = "x"
  validation {
    condition = var.a == "y"
    error_message = terraform_data.x.id
  }
}
resource "terraform_data" "x" {}
