variable "s" {
  default = "a"
  sensitive = true
}
check "d" {
  assert {
    condition = var.s == "x"
    error_message = "value is ${var.s}"
  }
}
