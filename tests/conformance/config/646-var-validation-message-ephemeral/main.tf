variable "a" {
  type = string
  ephemeral = true
  default = "x"
  validation {
    condition = var.a == "y"
    error_message = "bad ${var.a}"
  }
}
