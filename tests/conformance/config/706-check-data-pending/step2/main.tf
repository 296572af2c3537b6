terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "conf_widget" "a" { name = "b" }
check "c" {
  data "conf_lookup" "l" { key = conf_widget.a.id }
  assert {
    condition = data.conf_lookup.l.result == "value-of-id-of-b"
    error_message = "No: ${data.conf_lookup.l.result}"
  }
}
