terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "conf_widget" "w" {
  name = "a"
  size = 2
  label = "mine"
}
output "s" { value = conf_widget.w.size }
