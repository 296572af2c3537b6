terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "conf_widget" "w" {
  name = "n"
  lifecycle {
    ignore_changes = [id, label]
  }
}
