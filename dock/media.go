package dock

import (
	"context"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
)

// uploaded queues a file that the dock says it has uploaded; the dock is answered once the file is taken in.
func (s *session) uploaded(u *cloudapi.FileUploadCallback, e *cloudapi.Message) error {
	return s.book.Uploaded(u, func() {
		if !e.WantsReply() {
			return
		}
		if err := s.answer(cloudapi.KindEventsReply, e, &cloudapi.Result{}); err != nil {
			s.c.o.Log.Error("answer", "dock", s.d.SN, "method", e.Name(), "error", err)
		}
	})
}

// grant answers a dock that asks where to upload to.
func (s *session) grant(ctx context.Context, q *cloudapi.StorageConfigGetRequest) any {
	if s.c.o.Depot == nil || q.Module != cloudapi.StorageModuleMedia {
		return &cloudapi.Result{Result: refusedStorage}
	}
	g, err := s.c.o.Depot.Uploads.Grant(ctx, s.d.SN)
	if err != nil {
		s.c.o.Log.Error("a dock asks where to upload its media, and gets no credential", "dock", s.d.SN, "error", err)
		return &cloudapi.Result{Result: refusedStorage}
	}
	return &cloudapi.StorageConfigGetRequestReply{Output: g}
}
