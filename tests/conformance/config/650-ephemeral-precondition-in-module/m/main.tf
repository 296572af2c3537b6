variable "v" { ephemeral = true }
resource "terraform_data" "x" {
  lifecycle {
    precondition {
      condition = var.v == "x"
      error_message = "no"
    }
  }
}
