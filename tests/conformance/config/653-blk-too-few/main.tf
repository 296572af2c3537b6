terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "conf_strict" "b" {
  name = "n"
}
