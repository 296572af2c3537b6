terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "conf_widget" "w" { name = "b" }
data "conf_lookup" "l" { key = conf_widget.w.id }
resource "conf_widget" "x" { name = data.conf_lookup.l.result }
