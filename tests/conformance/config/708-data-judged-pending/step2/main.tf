terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "conf_widget" "w" { name = "a" }
resource "conf_widget" "up" { name = "u2" }
locals { up = conf_widget.up.id }
data "conf_lookup" "direct" { key = conf_widget.w.id }
data "conf_lookup" "indirect" { key = local.up }
data "conf_lookup" "judged" {
  key = local.up
  lifecycle {
    postcondition {
      condition = self.result != ""
      error_message = "x"
    }
  }
}
data "conf_lookup" "dep" {
  key = "k"
  depends_on = [conf_widget.w]
}
