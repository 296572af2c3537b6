terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "terraform_data" "a" {}
