terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "conf_widget" "a" { name = "a" }
resource "conf_widget" "b" { name = conf_widget.a.id }
data "conf_lookup" "d" {
  key = "k"
  depends_on = [conf_widget.b]
}
data "conf_lookup" "r" {
  count = 2
  key = conf_widget.b.id
}
data "conf_lookup" "cnt" {
  count = length(conf_widget.a.id) > 0 ? 1 : 0
  key = "z"
}
