terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "conf_widget" "a" { name = "a" }
check "c" {
  data "conf_lookup" "l" { key = conf_widget.a.id }
  assert {
    condition = data.conf_lookup.l.result == "value-of-id-of-a"
    error_message = "No: ${data.conf_lookup.l.result}"
  }
}
