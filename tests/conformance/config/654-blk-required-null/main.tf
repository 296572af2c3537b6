terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "conf_widget" "b" {
  name = null
}
