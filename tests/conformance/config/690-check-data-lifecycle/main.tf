terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
check "c" {
  data "conf_lookup" "l" {
    key = "x"
    lifecycle {
      postcondition {
        condition = self.result == "q"
        error_message = "Not q."
      }
    }
  }
  assert {
    condition = data.conf_lookup.l.result == "value-of-x"
    error_message = "Got ${data.conf_lookup.l.result}."
  }
}
