terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "conf_widget" "w" {
  name = "n"
  dynamic "pair" {
    for_each = [1, 2, 3]
    content {
      a = pair.value
    }
  }
}
