terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "conf_widget" "b" { name = "x" }
moved {
  from = terraform_data.a
  to = conf_widget.b
}
