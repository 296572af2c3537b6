terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
variable "k" {}
data "conf_lookup" "d" { key = var.k }
output "o" { value = data.conf_lookup.d.result }
