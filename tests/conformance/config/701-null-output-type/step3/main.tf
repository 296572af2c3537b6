terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "conf_widget" "w" {
  name = "b"
  size = null
}
output "s" { value = conf_widget.w.size }
