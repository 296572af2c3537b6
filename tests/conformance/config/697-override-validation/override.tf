variable "a" {
  default = 2
  validation {
    condition = var.a == 2
    error_message = "Y."
  }
}
