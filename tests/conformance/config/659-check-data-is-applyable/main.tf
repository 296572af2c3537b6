terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
check "c" {
  data "conf_lookup" "z" {
    key = "k"
  }
  assert {
    condition = data.conf_lookup.z.result == "value-of-k"
    error_message = "bad"
  }
  assert {
    condition = data.conf_lookup.z.result == "x"
    error_message = "got ${data.conf_lookup.z.result}"
  }
}
