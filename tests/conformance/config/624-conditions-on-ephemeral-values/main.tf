variable "e" {
  ephemeral = true
  default = "x"
}
check "c" {
  assert {
    condition = var.e == "x"
    error_message = "no"
  }
}
resource "terraform_data" "a" {
  lifecycle {
    precondition {
      condition = var.e == "x"
      error_message = "no"
    }
    postcondition {
      condition = var.e == "x"
      error_message = "no"
    }
  }
}
output "o" {
  value = 1
  precondition {
    condition = var.e == "x"
    error_message = "no"
  }
}
