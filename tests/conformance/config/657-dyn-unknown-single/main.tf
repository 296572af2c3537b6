terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
resource "terraform_data" "u" { input = ["a"] }
resource "conf_widget" "a" {
  name = "n"
  dynamic "setting" {
    for_each = terraform_data.u.output
    content { key = setting.value }
  }
  dynamic "limits" {
    for_each = terraform_data.u.output
    content { cpu = 1 }
  }
  dynamic "tag" {
    for_each = ["a", "b"]
    content { k = terraform_data.u.id }
  }
}
resource "conf_strict" "b" {
  name = "n"
  dynamic "rule" {
    for_each = terraform_data.u.output
    content { port = 1 }
  }
}
