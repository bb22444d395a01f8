"""In: a request of somebody who may make it. Out: one page of the staff's, or the data of it.

A page is one module here with `routes(wiring)`, one template and, where it lives, one script of the
same name.
"""
