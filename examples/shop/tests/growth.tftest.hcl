# The shop grows up its ladder on a simulated AWS.

variables {
  # A test takes down what it made.
  protect_data = false
}

run "mvp" {
  phase = "mvp"

  assert {
    condition     = startswith(output.url, "http://")
    error_message = "the shop answers at ${output.url}"
  }
}

run "growth_is_planned" {
  command = plan
  phase   = "growth"

  assert {
    condition     = phase.serves.requests_per_second == 1500
    error_message = "the phase is built for ${phase.serves.requests_per_second} requests per second"
  }
}

run "growth" {
  phase = "growth"

  assert {
    condition     = output.url != run.mvp.url
    error_message = "the shop still answers at the box"
  }

  assert {
    condition     = strcontains(output.url, ".elb.amazonaws.com")
    error_message = "the shop answers at ${output.url}"
  }

  assert {
    condition     = endswith(output.database, ":5432")
    error_message = "the database is at ${output.database}"
  }
}
