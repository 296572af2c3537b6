resource "terraform_data" "a" {
  triggers_replace = 2
  input = "two"
  lifecycle {
    create_before_destroy = true
  }
}
