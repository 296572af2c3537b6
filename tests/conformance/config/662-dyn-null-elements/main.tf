terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "conf_widget" "a" {
  name = "n"
  dynamic "setting" {
    for_each = [null, "x"]
    content { key = setting.value }
  }
}
