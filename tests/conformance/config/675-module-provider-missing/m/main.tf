terraform {
  required_providers {
    conf = { 
      source = "conformance/conf"
      configuration_aliases = [conf.a, conf.b]
    }
  }
}
resource "conf_widget" "w" { 
  name = "n"
  provider = conf.a
}
