terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "conf_widget" "a" { name = "a" }
module "m" {
  source = "./m"
  k = conf_widget.a.id
}
module "n" {
  source = "./m"
  k = "x"
  depends_on = [conf_widget.a]
}
