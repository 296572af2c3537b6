terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "conf_widget" "w" {
  name = "n"
  dynamic "zone" {
    for_each = [1, 2]
    labels = ["a${zone.key}", "b"]
    content {
      weight = zone.value
    }
  }
}
