terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "conf_widget" "w" {
  name = "a"
  size = 1
}
output "s" { value = conf_widget.w.size }
