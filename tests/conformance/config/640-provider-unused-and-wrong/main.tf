terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
provider "conf" {
  alias = "x"
  nope = 1
  region = local.undeclared
}
resource "conf_widget" "a" { name = "x" }
