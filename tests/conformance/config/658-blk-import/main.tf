terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
import {
  to = conf_widget.a
  id = "i-1"
}
resource "conf_widget" "a" {
  name = "i-1"
  size = 4
}
import {
  to = conf_widget.b
  id = "i-2"
}
resource "conf_widget" "b" {
  name = "other"
  force = "x"
}
