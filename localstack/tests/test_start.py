"""Starting and stopping: several run side by side."""

from conftest import Account, another


def test_one_that_stops_leaves_the_others_alone(aws):
    def count(account: Account) -> None:
        account.cloudwatch.put_metric_data(Namespace="a", MetricData=[{"MetricName": "b", "Value": 1}])

    count(aws)
    with another() as endpoint:
        count(Account(endpoint))
    count(aws)
