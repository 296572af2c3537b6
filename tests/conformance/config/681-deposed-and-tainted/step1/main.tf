resource "terraform_data" "a" {
  triggers_replace = 1
  input = "one"
  lifecycle {
    create_before_destroy = true
  }
}
