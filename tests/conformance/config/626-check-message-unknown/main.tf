resource "terraform_data" "x" {}
check "c" {
  assert {
    condition = path.module == "y"
    error_message = "no ${terraform_data.x.id}"
  }
}
