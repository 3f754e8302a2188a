"""The cluster of `ports_cluster`, through the official client of Kubernetes.

Way of an event: steps 11 to 15. Touches the API server, with raw JSON both ways.
"""
