variable "s" {
  sensitive = true
  default = "x"
}
resource "terraform_data" "q" { input = 1 }
import {
  to = terraform_data.a
  id = "${var.s}-1"
}
resource "terraform_data" "a" {}
