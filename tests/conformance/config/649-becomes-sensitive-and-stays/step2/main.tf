resource "terraform_data" "x" {
  input = sensitive("a")
  triggers_replace = sensitive("t")
}
