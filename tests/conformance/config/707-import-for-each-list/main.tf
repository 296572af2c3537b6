terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
import {
  for_each = ["x", "y"]
  to = conf_widget.b[each.key]
  id = each.value
}
import {
  for_each = [{ k = "q", id = "z" }]
  to = conf_widget.c[each.value.k]
  id = each.value.id
}
resource "conf_widget" "b" {
  count = 2
  name = ["x", "y"][count.index]
}
resource "conf_widget" "c" {
  for_each = toset(["q"])
  name = "z"
}
